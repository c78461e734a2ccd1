/** Number of edits (insert, delete, replace, swap of neighbours) between two short names. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(change, (previous[j] as number) + 1, (row[j - 1] as number) + 1);
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? Infinity) + 1);
      row.push(best);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length] as number;
}

/** Up to three of `known` that someone who wrote `name` may have meant, the likeliest first. */
export function nearest(name: string, known: Iterable<string>): string[] {
  if (name.length > 40) return [];
  const scored: { candidate: string; score: number }[] = [];
  const wanted = name.toLowerCase();
  for (const candidate of known) {
    const score = distance(wanted, candidate.toLowerCase());
    if (score >= wanted.length) continue;
    const related = wanted.length >= 4 && (candidate.includes(wanted) || wanted.includes(candidate));
    if (score <= Math.max(1, Math.floor(wanted.length / 3))) scored.push({ candidate, score });
    else if (related && candidate.length > 2) scored.push({ candidate, score: 10 });
  }
  return scored
    .sort((a, b) => a.score - b.score)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Exit;

/**
 * Runs Apache Kafka's command-line tools one after the other in one JVM, because its start is most of what a tool takes. A
 * line of input is base64 fields: what the tool reads, its main class, its arguments. A line of output is the exit code and
 * what the tool printed, in base64.
 */
public class KafkaTools {
  /** The code of a tool's first exit: some catch what stands for it here, and then exit with another. */
  private static Integer exitCode;

  private static void end(int code) {
    if (exitCode == null) exitCode = code;
    throw new Error("exit " + code);
  }

  public static void main(String[] none) throws Exception {
    List<Runnable> hooks = new ArrayList<>();
    Exit.setExitProcedure((code, message) -> end(code));
    Exit.setHaltProcedure((code, message) -> end(code));
    Exit.setShutdownHookAdder((name, hook) -> hooks.add(hook));
    PrintStream answers = System.out;
    BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = requests.readLine()) != null; ) {
      byte[][] fields = Stream.of(line.split(" ", -1)).map(Base64.getDecoder()::decode).toArray(byte[][]::new);
      String[] text = Stream.of(fields).map(String::new).toArray(String[]::new);
      ByteArrayOutputStream printed = new ByteArrayOutputStream();
      System.setIn(new ByteArrayInputStream(fields[0]));
      System.setOut(new PrintStream(printed, true));
      int code = run(text[1], List.of(text).subList(2, text.length).toArray(String[]::new));
      hooks.forEach(Runnable::run);
      hooks.clear();
      answers.println(code + " " + Base64.getEncoder().encodeToString(printed.toByteArray()));
    }
  }

  private static int run(String tool, String[] arguments) throws Exception {
    exitCode = null;
    try {
      Class.forName(tool).getMethod("main", String[].class).invoke(null, (Object) arguments);
    } catch (InvocationTargetException thrown) {
      if (exitCode == null) {
        thrown.getCause().printStackTrace(System.out);
        return 1;
      }
    }
    return exitCode == null ? 0 : exitCode;
  }

  /**
   * Java's own client: one transaction that reads `from` and writes to `to`, committed with its offset, then one that is
   * aborted. Prints what a reader of committed records sees, and the group's position. Arguments: servers, from, to.
   */
  public static class Transactions {
    public static void main(String[] arguments) {
      String servers = arguments[0], from = arguments[1], to = arguments[2];
      Map<String, Object> consuming = Map.of(
          "bootstrap.servers", servers, "group.id", "java", "auto.offset.reset", "earliest",
          "isolation.level", "read_committed", "enable.auto.commit", "false",
          "key.deserializer", StringDeserializer.class, "value.deserializer", StringDeserializer.class);
      Map<String, Object> producing = Map.of(
          "bootstrap.servers", servers, "transactional.id", "java", "compression.type", "zstd",
          "key.serializer", StringSerializer.class, "value.serializer", StringSerializer.class);
      TopicPartition source = new TopicPartition(from, 0), target = new TopicPartition(to, 0);
      try (var consumer = new KafkaConsumer<String, String>(consuming);
          var producer = new KafkaProducer<String, String>(producing)) {
        producer.initTransactions();
        consumer.subscribe(List.of(from));
        List<String> read = new ArrayList<>();
        while (read.isEmpty()) consumer.poll(Duration.ofMillis(100)).forEach(record -> read.add(record.value()));
        ConsumerGroupMetadata member = consumer.groupMetadata();
        for (String outcome : List.of("committed", "aborted")) {
          producer.beginTransaction();
          for (String value : read) producer.send(new ProducerRecord<>(to, "key", outcome + " " + value));
          long position = outcome.equals("committed") ? read.size() : 0;
          producer.sendOffsetsToTransaction(Map.of(source, new OffsetAndMetadata(position)), member);
          producer.flush();
          if (outcome.equals("committed")) producer.commitTransaction();
          else producer.abortTransaction();
        }
        System.out.println("position " + consumer.committed(java.util.Set.of(source)).get(source).offset());
        consumer.unsubscribe();
        consumer.assign(List.of(target));
        consumer.seekToBeginning(List.of(target));
        long end = consumer.endOffsets(List.of(target)).get(target);
        while (consumer.position(target) < end) {
          consumer.poll(Duration.ofMillis(100)).forEach(record -> System.out.println("read " + record.value()));
        }
      }
    }
  }
}

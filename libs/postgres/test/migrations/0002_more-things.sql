-- A semicolon in text; and a function body, as one statement.
CREATE FUNCTION things_count() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM things; $$;
INSERT INTO things (id, name) VALUES (1, 'a;b');

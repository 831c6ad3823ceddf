-- Something of all that a PostgreSQL database can have.
\unset USER
\unset DBNAME
CREATE ROLE reader; CREATE ROLE "Odd 'role" LOGIN;
ALTER DATABASE shop SET search_path = '$user', public, "Odd ""schema"; ALTER DATABASE shop SET work_mem = '5MB'; ALTER DATABASE shop SET app.tenant = 'it''s \ "odd", this';
ALTER ROLE reader IN DATABASE shop SET statement_timeout = '1min'; ALTER ROLE app IN DATABASE shop SET search_path = '';
COMMENT ON DATABASE shop IS E'it''s the\nshop';
SET search_path = public;
CREATE EXTENSION hstore SCHEMA public;
CREATE EXTENSION citext; CREATE EXTENSION pgcrypto;
CREATE SCHEMA postgis_like; CREATE EXTENSION btree_gist SCHEMA postgis_like; CREATE EXTENSION ltree WITH SCHEMA pg_catalog;
CREATE EXTENSION postgres_fdw; CREATE EXTENSION file_fdw;
CREATE SCHEMA "Odd ""schema"; CREATE SCHEMA x_pg_user; CREATE SCHEMA "pgx%I\"; CREATE SCHEMA "line
break";
COMMENT ON SCHEMA x_pg_user IS E'\\! touch /tmp/ran\n\\! touch /tmp/ran';

-- Types, functions, operators, languages, casts, transforms, access methods, text search.
CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy'); CREATE TYPE pair AS (a int, b text); CREATE TYPE span AS RANGE (subtype = float8);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE COLLATION "Odd ""schema".c (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE FUNCTION add(a int, b int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a + b';
CREATE PROCEDURE nothing() LANGUAGE plpgsql AS $$ BEGIN /* \.
\q
*/ END $$;
CREATE AGGREGATE total (int) (SFUNC = add, STYPE = int, INITCOND = '0');
CREATE OPERATOR #+ (LEFTARG = int, RIGHTARG = int, FUNCTION = add);
CREATE FUNCTION to_mood(int) RETURNS mood LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN $1 > 0 THEN 'happy' ELSE 'sad' END::public.mood $$;
CREATE CAST (int AS mood) WITH FUNCTION to_mood(int); CREATE CAST (point AS text) WITH INOUT;
CREATE FUNCTION handler() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler'; CREATE LANGUAGE plpgsql2 HANDLER handler;
CREATE TRANSFORM FOR int LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION int4recv(internal));
CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;
CREATE TEXT SEARCH CONFIGURATION words (COPY = english); CREATE TEXT SEARCH DICTIONARY plain (TEMPLATE = simple);
CREATE CONVERSION latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;

-- Tables of every kind.
CREATE TABLE notes (
  id int GENERATED ALWAYS AS IDENTITY (START 5 INCREMENT 3), body text COLLATE "Odd ""schema".c, raw bytea, feeling mood DEFAULT 'sad', pairs pair[], tags hstore, mail citext UNIQUE, s span, p positive,
  twice int GENERATED ALWAYS AS (id * 2) STORED, f float8, r real, n numeric, t timestamptz, j jsonb, x xml, PRIMARY KEY (id), EXCLUDE USING gist (s WITH &&)
);
INSERT INTO notes (body, raw, feeling, pairs, tags, mail, f, r, n, t, j, x) VALUES
  (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), ('', '', 'happy', '{}', '', '', 'NaN', '-Infinity', 'NaN', 'infinity', 'null', ''),
  (E'\\.', E'\\x5c2e0a00', 'sad', ARRAY[(1, E'\\.\n')::pair, (NULL, '')::pair], '"a\\b"=>NULL', 'A@b', 0.1::float8 + 0.2, 16777217, 1e100 + 0.1, '0044-03-15 BC', '"\\u00e9\\n"', '<a/>'),
  (E'\\N', '\x00ff', 'sad', NULL, NULL, E'tab\t', 5e-324, 1e-45, 0.00, '294276-12-31', '{}', NULL), (E'a\r\nb\rc\n\\.\n\\q\n:USER :''USER''', NULL, NULL, NULL, NULL, E'\b\f\v', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO notes (body) SELECT string_agg(chr(i), '') FROM generate_series(1, 1200) i;
INSERT INTO notes (raw) SELECT decode(string_agg(lpad(to_hex(i), 2, '0'), ''), 'hex') FROM generate_series(0, 255) i;
INSERT INTO notes (raw) SELECT decode(repeat('00ff5c', 2000000), 'hex');
DELETE FROM notes WHERE body = E'\\N';
CREATE TABLE "Odd ""schema"."t'%I:x" ("USER" int, "DBNAME" int, "a:b" int[], "line
break" text DEFAULT E'\n\\! touch /tmp/ran'); INSERT INTO "Odd ""schema"."t'%I:x" VALUES (1, 2, '{1,2,3}', 'x');
CREATE VIEW slices AS SELECT "a:b"[1:"USER"] AS a, "a:b"["USER":"DBNAME"] AS b FROM "Odd ""schema"."t'%I:x";
CREATE TABLE "line
break"."\! touch /tmp/ran
\! touch /tmp/ran" (); CREATE TABLE x_pg_user.none (); INSERT INTO x_pg_user.none DEFAULT VALUES;
CREATE TABLE parts (k int, v text) PARTITION BY RANGE (k); CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (MINVALUE) TO (10) PARTITION BY HASH (v);
CREATE TABLE parts_low_0 PARTITION OF parts_low FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE TABLE parts_low_1 PARTITION OF parts_low FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE parts_rest PARTITION OF parts DEFAULT; CREATE INDEX ON parts (v); INSERT INTO parts SELECT i, i FROM generate_series(1, 30) i;
CREATE TABLE parent (a int CHECK (a > 0) NO INHERIT); CREATE TABLE child (b int DEFAULT 7) INHERITS (parent); INSERT INTO child VALUES (-1);
CREATE UNLOGGED TABLE quick AS SELECT 1 AS a; CREATE TABLE other_way (a int) USING heap2; INSERT INTO other_way VALUES (1);
CREATE TABLE egg (id int PRIMARY KEY, hen int); CREATE TABLE hen (id int PRIMARY KEY, egg int REFERENCES egg DEFERRABLE INITIALLY DEFERRED);
INSERT INTO egg VALUES (1, 1); INSERT INTO hen VALUES (1, 1); ALTER TABLE egg ADD FOREIGN KEY (hen) REFERENCES hen;
CREATE TABLE checked (a int, b regclass DEFAULT 'egg'); INSERT INTO checked VALUES (-1, 'hen'); ALTER TABLE checked ADD CHECK (a > 0) NOT VALID;
CREATE SEQUENCE numbers INCREMENT -2 MAXVALUE 100 START 50 CYCLE CACHE 3; SELECT nextval('numbers'); CREATE SEQUENCE fresh;
CREATE STATISTICS stat (dependencies) ON k, v FROM parts; CREATE INDEX odd ON notes (lower(body COLLATE "C")) WHERE id > 3; ALTER TABLE notes CLUSTER ON notes_pkey, REPLICA IDENTITY FULL;

-- What stands on tables: views, rules, triggers, policies.
CREATE MATERIALIZED VIEW sums AS SELECT sum(k) FROM parts; CREATE UNIQUE INDEX ON sums (sum); CREATE MATERIALIZED VIEW unfilled AS SELECT * FROM sums WITH NO DATA; CREATE MATERIALIZED VIEW stale AS SELECT count(*) FROM parts;
CREATE VIEW circle AS SELECT 1 AS a; CREATE RULE upd AS ON UPDATE TO circle DO INSTEAD NOTHING; CREATE RECURSIVE VIEW counting (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM counting WHERE n < 3;
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
CREATE TRIGGER no_more BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION refuse(); CREATE TRIGGER off BEFORE DELETE ON parts FOR EACH ROW EXECUTE FUNCTION refuse(); ALTER TABLE parts DISABLE TRIGGER off;
ALTER TABLE notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; CREATE POLICY own ON notes TO reader USING (body = current_user) WITH CHECK (false);

-- What is in no schema.
CREATE FOREIGN DATA WRAPPER bare; CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'db', dbname 'it''s'); CREATE SERVER bare_server FOREIGN DATA WRAPPER bare;
CREATE USER MAPPING FOR app SERVER elsewhere OPTIONS (user 'u', password 'mapped-secret'); CREATE USER MAPPING FOR PUBLIC SERVER bare_server; CREATE FOREIGN TABLE away (a int) SERVER elsewhere;
CREATE PUBLICATION everything FOR ALL TABLES; CREATE PUBLICATION partly FOR TABLE egg WHERE (id > 3), hen (id) WITH (publish = 'insert'); CREATE PUBLICATION of_schema FOR TABLES IN SCHEMA x_pg_user;
CREATE FUNCTION guard() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'nothing may be dropped'; END $$;
SELECT lo_from_bytea(4711, '\x00ff5c'); SELECT lo_from_bytea(i, convert_to(i::text, 'UTF8')) FROM generate_series(5000, 5010) i; COMMENT ON LARGE OBJECT 4711 IS 'large'; GRANT SELECT ON LARGE OBJECT 4711 TO reader;

-- Owners and privileges.
ALTER TABLE parts OWNER TO reader; ALTER SCHEMA x_pg_user OWNER TO "Odd 'role"; GRANT SELECT (id, body) ON notes TO reader; GRANT INSERT ON notes TO reader WITH GRANT OPTION; REVOKE EXECUTE ON FUNCTION add FROM PUBLIC;
GRANT USAGE ON SCHEMA "Odd ""schema" TO PUBLIC; GRANT USAGE ON FOREIGN SERVER elsewhere TO reader; REVOKE USAGE ON TYPE mood FROM PUBLIC; GRANT USAGE ON LANGUAGE plpgsql TO reader; REVOKE CREATE ON SCHEMA public FROM pg_database_owner;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reader; ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC; ALTER DEFAULT PRIVILEGES FOR ROLE reader IN SCHEMA x_pg_user GRANT ALL ON SEQUENCES TO "Odd 'role";
GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_waldir() TO reader;
CREATE EVENT TRIGGER guarded ON sql_drop EXECUTE FUNCTION guard(); CREATE EVENT TRIGGER disabled ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION guard(); ALTER EVENT TRIGGER disabled DISABLE;

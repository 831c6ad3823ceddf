-- Something of all that a MariaDB database can have.
CREATE USER IF NOT EXISTS 'someone'@'%' IDENTIFIED BY 'x';
ALTER DATABASE shop CHARACTER SET latin1 COLLATE latin1_german1_ci COMMENT 'it''s the shop';
SET sql_mode = '';
CREATE TABLE notes (
  id int AUTO_INCREMENT PRIMARY KEY, body longtext CHARACTER SET utf8mb4, raw longblob, fixed binary(5), bits bit(11), latin varchar(300), j json, n decimal(65,30), d double, f float,
  t timestamp(6) NULL, dt datetime, y year, tm time(3), e enum('', 'a''b', 'ü'), s set('x', 'y'), u uuid, i inet6, g geometry, hid int INVISIBLE DEFAULT 3, ver int AS (hid * 2) VIRTUAL, sto int AS (hid * 3) PERSISTENT, KEY (sto),
  z date DEFAULT '0000-00-00', c char(3), FULLTEXT (body), CHECK (json_valid(j))
) ENGINE=InnoDB AUTO_INCREMENT = 7 COMMENT='it''s';
INSERT INTO notes (body, raw, fixed, bits, latin, j, n, d, f, t, dt, y, tm, e, s, u, i, g, hid, c) VALUES
  (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 9, NULL),
  ('', '', '', b'0', '', '{"a": "\\u00e9\\n"}', 0, -0e0, 0.1, '2020-02-30 25:00:00', '0000-00-00', 0, '-838:59:59', '', '', UUID(), '::1', ST_GeomFromText('POINT(1 2)'), NULL, ''),
  ('a\r\nb\rc\n\\.\n\\q\n\0\Z''"`\\ 😀 -- /* DELIMITER ;;', UNHEX('00FF5C27220D0A1A'), '\0\0', b'10101010101', 'ÄÖÜ€', '[]', '12345678901234567890123456789012345.000000000000000000000000000001', 5e-324, 3.4e38, '2037-01-01 00:00:00.123456', '9999-12-31', 2155, '01:02:03.456', 'ü', 'x,y', UUID(), NULL, NULL, 1, 'a  ');
INSERT INTO notes (raw) VALUES (UNHEX(REPEAT('00FF5C', 2500000))); UPDATE notes SET raw = CONCAT(raw, raw) WHERE LENGTH(raw) > 100; INSERT INTO notes (id) VALUES (0); INSERT INTO notes (id) VALUES (-5);
UPDATE notes SET id = 0 WHERE id = -5;
CREATE TABLE `odd ``"'%;:\\ ü
name` (`a b``"` int PRIMARY KEY, `Ü` int DEFAULT 4 COMMENT 'a\r\n''b'); INSERT INTO `odd ``"'%;:\\ ü
name` VALUES (1, 2);
CREATE TABLE `egg` (id int PRIMARY KEY, hen int); CREATE TABLE hen (id int PRIMARY KEY, egg int, FOREIGN KEY (egg) REFERENCES egg (id) ON DELETE CASCADE);
INSERT INTO egg VALUES (1, 1); INSERT INTO hen VALUES (1, 1); ALTER TABLE egg ADD FOREIGN KEY (hen) REFERENCES hen (id);
CREATE TABLE isam (a int, b text, KEY (a)) ENGINE=MyISAM; INSERT INTO isam VALUES (1, 'x'); CREATE TABLE aria (a int) ENGINE=Aria TRANSACTIONAL=1; INSERT INTO aria VALUES (1); CREATE TABLE memory (a int) ENGINE=MEMORY; INSERT INTO memory VALUES (1);
CREATE TABLE part_a (a int) ENGINE=MyISAM; CREATE TABLE merged (a int) ENGINE=MERGE UNION=(part_a) INSERT_METHOD=LAST; INSERT INTO merged VALUES (1);
CREATE TABLE parts (k int, v varchar(20)) PARTITION BY RANGE (k) SUBPARTITION BY HASH (k) SUBPARTITIONS 2 (PARTITION low VALUES LESS THAN (10), PARTITION rest VALUES LESS THAN MAXVALUE); INSERT INTO parts SELECT seq, seq FROM seq_1_to_30;
CREATE TABLE checked (a int, CONSTRAINT positive CHECK (a > 0)); SET check_constraint_checks = 0; INSERT INTO checked VALUES (-1); SET check_constraint_checks = 1;
CREATE SEQUENCE numbers START WITH 50 INCREMENT BY -2 MINVALUE -1000 MAXVALUE 100 CACHE 3 CYCLE; SELECT NEXTVAL(numbers); CREATE SEQUENCE fresh; CREATE TABLE from_sequence (a int DEFAULT NEXTVAL(fresh)); INSERT INTO from_sequence VALUES ();
CREATE TABLE history (a int PRIMARY KEY, b int INVISIBLE) WITH SYSTEM VERSIONING; INSERT INTO history (a, b) VALUES (1, 1); UPDATE history SET b = 2; DELETE FROM history; INSERT INTO history (a, b) VALUES (2, 2);
CREATE TABLE history2 (a int, start_at timestamp(6) GENERATED ALWAYS AS ROW START, end_at timestamp(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (start_at, end_at)) WITH SYSTEM VERSIONING; INSERT INTO history2 (a) VALUES (1); UPDATE history2 SET a = 2;
CREATE TABLE booked (a int, since date, till date, PERIOD FOR stay (since, till), UNIQUE (a, stay WITHOUT OVERLAPS)); INSERT INTO booked VALUES (1, '2020-01-01', '2020-02-01');
SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT';
CREATE FUNCTION "odd `fn"(a int) RETURNS text DETERMINISTIC RETURN 'x' || a || "a";
SET sql_mode = DEFAULT;
EXECUTE IMMEDIATE CONCAT('CREATE PROCEDURE crlf() BEGIN', CHAR(13, 10), ' SELECT ''a', CHAR(13, 10), '''; END');
CREATE FUNCTION double_it(a int) RETURNS int DETERMINISTIC RETURN a * 2;
DELIMITER //
CREATE DEFINER='someone'@'%' PROCEDURE several(IN a int, OUT b int) SQL SECURITY INVOKER COMMENT 'it''s'
BEGIN
  -- \! touch /tmp/ran
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN END;
  SET b = a; SELECT 'a;b' INTO @x; /* COMMIT; */
END//
CREATE TRIGGER stamped BEFORE INSERT ON parts FOR EACH ROW BEGIN SET NEW.v = CONCAT(NEW.v, '!'); END//
CREATE TRIGGER stamped_too BEFORE INSERT ON parts FOR EACH ROW FOLLOWS stamped SET NEW.v = CONCAT(NEW.v, '?')//
CREATE EVENT hourly ON SCHEDULE EVERY 1 HOUR STARTS '2030-01-01 00:00:00' ON COMPLETION PRESERVE DISABLE COMMENT 'it''s' DO BEGIN DELETE FROM parts; DELETE FROM egg; END//
CREATE DEFINER='someone'@'%' EVENT later ON SCHEDULE AT '2036-01-01 00:00:00' DO DELETE FROM parts//
SET sql_mode = ORACLE//
CREATE PACKAGE tools AS FUNCTION one RETURN int; END;
//
CREATE PACKAGE BODY tools AS FUNCTION one RETURN int AS BEGIN RETURN 1; END; END;
//
SET sql_mode = DEFAULT//
DELIMITER ;
CREATE DEFINER='someone'@'%' SQL SECURITY INVOKER VIEW a_view AS SELECT double_it(k) AS twice, v FROM parts WHERE k > 3 WITH CHECK OPTION; CREATE VIEW z_last AS SELECT twice FROM a_view; CREATE ALGORITHM=MERGE VIEW `a``first` AS SELECT * FROM z_last;

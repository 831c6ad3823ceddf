-- Much is lost, much is new, and some is another.
ALTER DATABASE shop CHARACTER SET utf8mb4 COMMENT 'since';
SET foreign_key_checks = 0; DELETE FROM notes WHERE id > 7; INSERT INTO notes (body) VALUES ('since'); DROP TABLE egg; TRUNCATE aria; DROP TABLE isam; DROP VIEW a_view; DROP FUNCTION double_it; DROP PROCEDURE several; DROP TRIGGER stamped;
DROP EVENT later; ALTER EVENT hourly ENABLE; SET sql_mode = ORACLE; DROP PACKAGE tools; SET sql_mode = DEFAULT; SELECT NEXTVAL(numbers), NEXTVAL(fresh); SET system_versioning_alter_history = KEEP; DELETE FROM history; DELETE HISTORY FROM history2; ALTER TABLE parts REMOVE PARTITIONING;
CREATE TABLE since (a int); CREATE VIEW since_view AS SELECT * FROM since; CREATE PROCEDURE since() SELECT 1; CREATE FUNCTION since_fn() RETURNS int RETURN 1; CREATE EVENT since ON SCHEDULE EVERY 1 DAY DO DELETE FROM since; CREATE SEQUENCE since_numbers; CREATE TABLE `odd since ``` (a int) ENGINE=Aria;

-- Runs before a dump is restored. An earlier restore is ended: Kubernetes lets its program wait on with all its locks
-- when whoever fed it was killed. Then the database goes, for it may have what the dump has not.
SET @earlier = IS_USED_LOCK('styrmin-restore');
EXECUTE IMMEDIATE IF(@earlier IS NULL, 'DO 0', CONCAT('KILL CONNECTION ', @earlier));
-- What the tables have may be older than their constraints and than what a table may be today.
SET SESSION check_constraint_checks = 0, foreign_key_checks = 0, innodb_strict_mode = 0, lock_wait_timeout = 30;
DELIMITER //
BEGIN NOT ATOMIC
  DECLARE EXIT HANDLER FOR 1205 BEGIN
    SET @holders = (SELECT GROUP_CONCAT(CONCAT(id, ' of ', user, '@', host) SEPARATOR ', ') FROM information_schema.processlist WHERE db = @styrmin_database AND id <> CONNECTION_ID());
    SET @why = LEFT(CONCAT('the database is in use: waited 30 s for its locks. Stop the components that use it, then restore again; nothing was changed. Its connections: ', IFNULL(@holders, 'none any more')), 500);
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = @why;
  END;
  IF NOT GET_LOCK('styrmin-restore', 60) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'an earlier restore has not ended yet; try again later; nothing was changed';
  END IF;
  EXECUTE IMMEDIATE CONCAT('DROP DATABASE IF EXISTS `', REPLACE(@styrmin_database, '`', '``'), '`');
END//
DELIMITER ;

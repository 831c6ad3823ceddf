-- Why a dump of this database could not be restored, or would not be all of it: a line for each reason.
SET SESSION group_concat_max_len = 16777216;
SELECT CONCAT('view ', table_name, ' is broken, and nothing with such a view can be dumped: repair it, or drop it')
FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'VIEW' AND table_comment LIKE '%references invalid table%'
  AND data_length IS NULL; -- to know this, the server has to open the view, and only then does it tell
-- A FLOAT is shown with six digits.
SET @look = (
  SELECT GROUP_CONCAT(CONCAT(
    'SELECT ', QUOTE(CONCAT('column ', column_name, ' of table ', table_name, ' has numbers of the type FLOAT that a dump rounds: make it a DOUBLE, which keeps them (ALTER TABLE … MODIFY …)')),
    ' FROM DUAL WHERE EXISTS (SELECT 1 FROM `', REPLACE(table_name, '`', '``'), '`', IF(table_type = 'SYSTEM VERSIONED', ' FOR SYSTEM_TIME ALL', ''), ' WHERE `', REPLACE(column_name, '`', '``'), '` <> CAST(CAST(`', REPLACE(column_name, '`', '``'), '` AS CHAR) AS FLOAT))') SEPARATOR ' UNION ALL ')
  FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
  WHERE table_schema = DATABASE() AND table_type <> 'VIEW' AND data_type = 'float');
EXECUTE IMMEDIATE IFNULL(@look, 'DO 0');
-- A row is one statement of a dump, in which bytes are written with two digits, and a statement has at most 1 GiB.
SET @look = (
  SELECT GROUP_CONCAT(look SEPARATOR ' UNION ALL ') FROM (
    SELECT CONCAT('SELECT ', QUOTE(CONCAT('table ', table_name, ' has a row of more than 500 MB, which a dump cannot bring back: shorten it')),
      ' FROM DUAL WHERE EXISTS (SELECT 1 FROM `', REPLACE(table_name, '`', '``'), '`', IF(table_type = 'SYSTEM VERSIONED', ' FOR SYSTEM_TIME ALL', ''), ' WHERE ', GROUP_CONCAT(CONCAT('IFNULL(LENGTH(`', REPLACE(column_name, '`', '``'), '`), 0)') SEPARATOR ' + '), ' > 500000000)') AS look
    FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = DATABASE() AND table_type <> 'VIEW' AND data_type IN ('longblob', 'longtext') AND data_length > 500000000
    GROUP BY table_name) tables);
EXECUTE IMMEDIATE IFNULL(@look, 'DO 0');

package components

// dumper is how the data of one kind of database gets out of its container, and in again.
type dumper struct {
	kind string
	// dumping writes everything to standard output; restoring reads it. Both are scripts that never
	// change: what they need they find in the environment of the container, as the well-known
	// images name it. No password is in any command line.
	dumping, restoring string
	// ask is a script that reads SQL, and prints a line for each row.
	ask string
	// faults is a query for why a dump would be no backup; obstacles is one for why a restore
	// would not be whole. Nothing is begun where there is one.
	faults, obstacles string
	// beyond is a query for SQL that a backup has before its dump, of what a dump lacks;
	// bring follows it there, and is what makes use of it.
	beyond, bring string
	// before and after surround the dump when it is restored. Without what is after it, a
	// restore that broke off changes nothing, where the database can do that. What is before
	// ends an earlier restore: Kubernetes lets its program wait on with all its locks when
	// whoever fed it was killed.
	before, after string
}

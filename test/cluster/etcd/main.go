// Command etcd is the cluster's store, of a version that the API server answers lists from
// its own memory with, as in clusters of today; Debian's is older.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	etcdmain.Main(os.Args)
}

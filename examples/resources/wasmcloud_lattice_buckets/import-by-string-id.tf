# The same in a configuration, where it can be reviewed. The block may go once it is applied.
import {
  to = wasmcloud_lattice_buckets.default
  id = "default"
}

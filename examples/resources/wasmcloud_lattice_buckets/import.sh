# The id is the name of the lattice. Use this when hosts have already created the buckets. The import changes nothing on the
# server, and afterwards the plan of the default configuration is empty.
terraform import wasmcloud_lattice_buckets.default default

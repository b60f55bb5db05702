# The id is the name of the lattice. Use this when hosts have already created the buckets: nothing is changed on the server,
# and a plan of the default configuration is empty afterwards.
terraform import wasmcloud_lattice_buckets.default default

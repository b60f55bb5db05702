# The id is the name of the lattice. One wants this when hosts have already made the buckets: nothing is changed on the
# server, and a plan of the default configuration is empty afterwards.
terraform import wasmcloud_lattice_buckets.default default

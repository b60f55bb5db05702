# A unit for stacks: the buckets of one lattice.

include "root" {
  path = find_in_parent_folders("root.hcl")
}

terraform {
  source = "${dirname(find_in_parent_folders("root.hcl"))}/modules//lattice"
}

inputs = {
  lattice = values.lattice
  history = values.history
}

# A unit for stacks: wadm, after the lattices that it manages.

include "root" {
  path = find_in_parent_folders("root.hcl")
}

terraform {
  source = "${dirname(find_in_parent_folders("root.hcl"))}/modules//wadm"
}

dependencies {
  paths = [for lattice in values.lattices : "../${lattice}"]
}

inputs = {
  lattices = values.lattices
}

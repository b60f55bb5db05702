include "root" {
  path = find_in_parent_folders("root.hcl")
}

terraform {
  source = "../../../modules//lattice"
}

inputs = {
  lattice = "orders"
  history = 20
}

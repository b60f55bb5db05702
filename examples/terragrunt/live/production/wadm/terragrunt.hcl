include "root" {
  path = find_in_parent_folders("root.hcl")
}

terraform {
  source = "../../../modules//wadm"
}

# wadm is created after the lattices that it manages, and destroyed before them. The mocks are for the first plan, before
# there is any output.
dependency "orders" {
  config_path = "../orders"

  mock_outputs                            = { lattice = "orders" }
  mock_outputs_allowed_terraform_commands = ["init", "validate", "plan"]
}

dependency "payments" {
  config_path = "../payments"

  mock_outputs                            = { lattice = "payments" }
  mock_outputs_allowed_terraform_commands = ["init", "validate", "plan"]
}

inputs = {
  lattices = [
    dependency.orders.outputs.lattice,
    dependency.payments.outputs.lattice,
  ]
}

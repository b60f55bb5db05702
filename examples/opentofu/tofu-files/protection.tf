# Read by Terraform only.

locals {
  protected_by = "prevent_destroy"
}

resource "wasmcloud_lattice_buckets" "this" {
  lattice = var.lattice

  lifecycle {
    prevent_destroy = true # Terraform accepts no variable here.
  }
}

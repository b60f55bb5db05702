# The same units without a folder for each: `terragrunt stack generate` writes them into `.terragrunt-stack`.

unit "orders" {
  source = "../../units/lattice"
  path   = "orders"

  values = {
    lattice = "orders"
    history = 1
  }
}

unit "payments" {
  source = "../../units/lattice"
  path   = "payments"

  values = {
    lattice = "payments"
    history = 1
  }
}

unit "wadm" {
  source = "../../units/wadm"
  path   = "wadm"

  values = {
    lattices = ["orders", "payments"]
  }
}

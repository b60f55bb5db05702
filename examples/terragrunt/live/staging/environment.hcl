locals {
  servers = ["nats://nats.staging.example.com:4222"]
}

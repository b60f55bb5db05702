locals {
  servers = ["nats://nats.production.example.com:4222"]
}

"""Simulated worlds: seeded people, carriers and gateways around the real product, in quick time."""

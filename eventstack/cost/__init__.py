"""What an event costs, from dated and sourced price tables: estimate, comparison with a chain that is always on."""

"""The engine's provider plugin `pulumi-resource-eventstack`: machines of ours and their parts as resources."""

"""What an order and a product may do: rules without input or output, so that they can be read and tested alone."""

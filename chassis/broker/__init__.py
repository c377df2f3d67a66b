"""RabbitMQ and the embedded broker: connections, publishing with confirms, consuming."""

"""What several readers share: bounded files, headers as text, compressed streams and geometry."""

"""What the gateway and the workers share: pipelines, the catalogue, job records and blobs."""

"""Write-ahead journals beside the blobs, which outlive the loss of Redis."""

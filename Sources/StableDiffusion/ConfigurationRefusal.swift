import Checkpoints

extension Configuration {
  /// The error for a field whose value LatentWalk cannot compute with.
  func refusal(_ field: String, _ found: String, accepted: String) -> CheckpointError {
    .unexpectedField(path: path, field: field, found: found, expected: accepted)
  }
}

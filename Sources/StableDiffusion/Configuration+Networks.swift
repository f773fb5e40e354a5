import Checkpoints

/// What the descriptions of the UNet and the autoencoder read in the same way.
extension Configuration {
  /// The error for a field whose value LatentWalk cannot compute with.
  func refusal(_ field: String, _ found: String, accepted: String) -> CheckpointError {
    .unexpectedField(path: path, field: field, found: found, expected: accepted)
  }

  /// The groups of a network's norms, which divide the channels of each stage.
  func normGroups(dividing channels: [Int]) throws -> Int {
    let groups = try integer("norm_num_groups", default: 32)
    for channels in channels where channels % groups != 0 {
      throw refusal("norm_num_groups", "\(groups)", accepted: "a divisor of \(channels) channels")
    }
    return groups
  }

  /// The types of a network's blocks, one for each stage and each of a known type.
  func blockTypes(_ key: String, stages: Int, accepted: [String], default absent: [String]) throws -> [String]
  {
    let names = try texts(key, default: absent)
    if let other = names.first(where: { !accepted.contains($0) }) {
      throw refusal(key, "\"\(other)\"", accepted: accepted.map { "\"\($0)\"" }.joined(separator: " and "))
    }
    guard names.count == stages else {
      throw refusal(key, "a list of \(names.count)", accepted: "one block for each of the \(stages) stages")
    }
    return names
  }
}

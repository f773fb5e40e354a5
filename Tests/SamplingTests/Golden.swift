import Foundation
import Testing

/// The golden numbers of `Tools/golden/sampling.py`.
struct Golden: Decodable {
  struct AlphaBars: Decodable {
    let kind: String
    let start: Double
    let end: Double
    let alphaBars: [String: Double]
  }
  struct Denoised: Decodable {
    let prediction: String
    let kind: String
    let offset: Int
    let setAlphaToOne: Bool
    let steps: Int
    /// The first and the last that the network sees.
    let timesteps: [Double]
    let result: [Float]
  }
  /// What `count` numbers look like in the first, second and third draw; long draws are shortened.
  struct Noise: Decodable {
    let seed: String
    let count: Int
    let draws: [[Double]]
  }

  /// By name, for 1, 2, ... steps: how many levels and the checksum of their timesteps.
  let schedules: [String: [[Int]]]
  let alphaBars: [AlphaBars]
  let denoised: [Denoised]
  let pytorch: [Noise]
  let numpy: [Noise]
  let layouts: [String: [Float]]

  static func load() throws -> Golden { try fixture("sampling.json") }

  static func fixture<Value: Decodable>(_ name: String) throws -> Value {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
    return try JSONDecoder().decode(Value.self, from: Data(contentsOf: folder.appending(path: name)))
  }
}

/// Compares numbers and reports the largest difference, relative to the expected number where that is above
/// one.
func expectClose(
  _ found: [Float], _ expected: [Float], within tolerance: Float, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard found.count == expected.count else {
    Issue.record("\(what): \(found.count) numbers, not \(expected.count)", sourceLocation: sourceLocation)
    return
  }
  let differences = zip(found, expected).map { abs($0 - $1) / max(1, abs($1)) }
  guard let worst = differences.indices.max(by: { differences[$0] < differences[$1] }) else { return }
  #expect(
    differences.allSatisfy { $0 <= tolerance },
    "\(what): \(found[worst]) at \(worst) should be \(expected[worst]), a difference of \(differences[worst])",
    sourceLocation: sourceLocation)
}

import Foundation

/// A line of `--json`: an event and what is known of it.
struct ReportLine: Encodable {
  let event: String
  var frame: Int?
  var frames: Int?
  var missing: Int?
  var step: Int?
  var steps: Int?
  var batch: [Int]?
  var evaluations: Int?
  var seed: UInt64?
  var width: Int?
  var height: Int?
  var model: String?
  var secondsPerEvaluation: Double?
  var secondsPerDecoding: Double?
  var secondsPerFrame: Double?
  var secondsLeft: Double?
  var seconds: Double?
  var memoryBytes: Int?
  var diskBytes: Int?
  var picture: String?
  var psnr: Double?
  var psnrOfAutoencoder: Double?
  var psnrToAutoencoder: Double?
  var output: String?
  /// Where there are several.
  var outputs: [String]?
  var message: String?

  var json: String? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) }
  }
}

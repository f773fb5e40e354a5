import Checkpoints
import Foundation
import Measuring
import StableDiffusion
import Tensors

/// What was measured of one task.
struct Measurement: Encodable {
  /// The median, and all of them.
  let seconds: Double
  let times: [Double]
  /// As if every convolution were direct; Winograd needs fewer operations, so more than the peak is possible.
  var gigaflops: Double?
  var percentOfPeak: Double?
  /// Relative L2 from PyTorch's answer.
  var difference: Double?
}

/// The table of `make bench` below the kernels: loading, the networks and the bundled model's frame.
struct NetworkBenchmark {
  let files: BenchmarkFiles
  let batch: Int?
  let repetitions: Int
  let json: String?

  func run() throws {
    print("\(Engine.instructionSet.rawValue), \(Engine.threadCount) threads, median of \(repetitions)")
    print("| task | seconds | GFLOP/s, direct | % of peak | relative L2 from PyTorch |")
    print("|---|---|---|---|---|")
    var measurements: [String: Measurement] = [:]
    if hasModel {
      try row("load", &measurements) { try loading() }
    }
    for name in TaskName.allCases {
      guard let expected = try expectedAnswer(name) else { continue }
      try row(name.rawValue, &measurements) { try measure(name, expected) }
    }
    if measurements.count <= TaskName.allCases.count {
      print(
        "The tasks left out need Stable Diffusion 1.4's shape and PyTorch's answers: 'make bench-peers' makes both."
      )
    }
    if let json { try Results(path: json).replace("networks", by: measurements) }
  }

  private func row(
    _ name: String, _ measurements: inout [String: Measurement], _ measure: () throws -> Measurement
  ) rethrows {
    let measurement = try measure()
    measurements[name] = measurement
    let cells = [
      name, String(format: "%.3f", measurement.seconds),
      measurement.gigaflops.map { String(format: "%.0f", $0) } ?? "",
      measurement.percentOfPeak.map { String(format: "%.0f", $0) } ?? "",
      measurement.difference.map { String(format: "%.1e", $0) } ?? "",
    ]
    print("| " + cells.joined(separator: " | ") + " |")
    fflush(nil)
  }

  /// From the files, which the first loading leaves in the page cache, to a model with an embedded prompt: ready for
  /// the first step.
  private func loading() throws -> Measurement {
    func load() throws -> Double {
      try seconds {
        _ = try StableDiffusionPipeline(ModelFolder(path: files.model)).promptEncoder()("a dog")
      }
    }
    _ = try load()
    let times = try (0..<repetitions).map { _ in try load() }
    return Measurement(seconds: median(times), times: times)
  }

  private func measure(_ name: TaskName, _ expected: NumpyArray) throws -> Measurement {
    let task = try name.task(files, batch: batch)
    let found = try comparable(task.run(), name)
    let difference = relativeL2(found, expected.values)
    precondition(
      difference < name.tolerance, "\(name.rawValue) gives wrong answers: relative L2 \(difference)")
    let peak = Engine.measurePeak(seconds: 0.3)
    let times = try (0..<repetitions).map { _ in
      try seconds { _ = try task.run() } / Double(task.pictures)
    }
    let speed = name.operations.map { $0 / median(times) / 1e9 }
    return Measurement(
      seconds: median(times), times: times, gigaflops: speed, percentOfPeak: speed.map { 100 * $0 / peak },
      difference: difference)
  }

  private var hasModel: Bool { FileManager.default.fileExists(atPath: files.model + "/model_index.json") }

  /// PyTorch's answer, if there is one and the model to compare it with: made by bench-peers for the big model, in the
  /// repository for the bundled one (see README.md).
  private func expectedAnswer(_ name: TaskName) throws -> NumpyArray? {
    if name == .tinyFrame { return try NumpyArray(npyFile: "Benchmarks/Fixtures/tiny-frame.npy") }
    let path = "\(files.cases)/\(name.rawValue)/pytorch.npy"
    return hasModel && FileManager.default.fileExists(atPath: path) ? try NumpyArray(npyFile: path) : nil
  }

  /// The whole answer as PyTorch lays it out; of the bundled model's frames every eighth pixel of every eighth row of
  /// the first.
  private func comparable(_ answer: Tensor, _ name: TaskName) -> [Float] {
    let answer = answer.channelsFirst()
    guard name == .tinyFrame else { return answer.values }
    let (_, channels, height, width) = answer.shape4
    return answer.withValues { values in
      (0..<channels).flatMap { c in
        stride(from: 0, to: height, by: 8).flatMap { y in
          stride(from: 0, to: width, by: 8).map { x in values[(c * height + y) * width + x] }
        }
      }
    }
  }
}

import ArgumentParser
import Checkpoints
import Foundation
import Measuring
import StableDiffusion
import Tensors

@main
struct NetworksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "networks",
    abstract: "Times a step of the UNet, the decoder, a frame of the bundled model and loading.",
    discussion: "Run it from the project's root. Answers are compared with PyTorch's before they are timed.")

  @Option(help: "A folder in the shape of Stable Diffusion 1.4; 'make bench-peers' makes one.")
  var model = ".build/peers/sd14"

  @Option(help: "The folder with the inputs and PyTorch's answers; 'make bench-peers' makes it.")
  var cases = ".build/peers/cases"

  @Option(help: "Times each task is measured; the median counts.")
  var repetitions = 5

  @Option(help: "Threads. (default: the cores this process may use)")
  var threads: Int?

  @Option(help: "Frames of the bundled model rendered together. (default: as the program does)")
  var batch: Int?

  @Option(help: "The file whose part 'networks' is replaced by the results.")
  var json: String?

  @Option(help: "Serve one task to bench-peers: answer once, then again for each line of standard input.")
  var serve: TaskName?

  @Option(help: "With --serve: where the first answer is written, .npy, as PyTorch lays it out.")
  var answer: String?

  func validate() throws {
    guard repetitions > 0 else { throw ValidationError("--repetitions is \(repetitions); choose 1 or more.") }
    guard (serve == nil) == (answer == nil) else {
      throw ValidationError("--serve and --answer belong together; give both or neither.")
    }
  }

  func run() throws {
    if let threads { Engine.setThreadCount(threads) }
    let files = BenchmarkFiles(model: model, cases: cases)
    if let serve, let answer {
      try serveTask(serve.task(files, batch: batch), answer: answer)
    } else {
      try NetworkBenchmark(files: files, batch: batch, repetitions: repetitions, json: json).run()
    }
  }

  /// bench-peers starts every engine like this and lets them work in turn.
  private func serveTask(_ task: any NetworkTask, answer: String) throws {
    let first = try task.run().channelsFirst()
    try NumpyArray(shape: first.shape, values: first.values).write(to: answer)
    print(#"{"ready": true}"#)
    fflush(nil)
    while readLine() != nil {
      let time = try seconds { _ = try task.run() } / Double(task.pictures)
      print(#"{"seconds": \#(time)}"#)
      fflush(nil)
    }
  }
}

extension TaskName: ExpressibleByArgument {}

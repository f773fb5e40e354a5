import ArgumentParser
import CCrypto
import Files
import Foundation
import LatentWalk
import Media
import Tensors

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract:
      "Shows the processor, the instruction set in use, threads, memory, speed, libraries and the model.")

  @OptionGroup var model: ModelOptions

  func run() throws {
    try model.applyThreads()
    let cores = ProcessInfo.processInfo.activeProcessorCount
    print("latentwalk        \(LatentWalkCommand.version)")
    print("Processor         \(processorName()), \(cores) cores")
    print("Instruction set   \(Engine.instructionSet.rawValue)  (LATENTWALK_ISA overrides)")
    print("Kernels           \(Engine.isOptimised ? "optimised" : "NOT optimised: build with -c release")")
    print("Threads           \(Engine.threadCount)")
    print("Free memory       \(gigabytes(TensorMemory.available))")
    let check = MachineCheck()
    print("Speed             \(Int(check.peak)) GFLOP/s, float32, measured")
    print("Matrix product    \(percent(check.matrixProduct)) of it")
    print("3x3 convolution   \(percent(check.convolution)) of it, counted as direct")
    print(
      "Normal            70 % or more; if it is less, end other programs, or set --threads to the real cores")
    for library in mediaLibraries() + [cryptoLibrary()] { print("Library           \(library)") }
    print("SHA-256 cache     \(FileDigests.standardPath ?? "none: HOME is not set")")
    switch Result(catching: { try model.folder() }) {
    case .success(let folder): print("Model             \(folder.path)")
    case .failure(let error): print("Model             \(error)")
    }
  }

  private func processorName() -> String {
    let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
    let line = lines.first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
  }

  /// "OpenSSL 3.0.13 (libcrypto)": without the date of its release.
  private func cryptoLibrary() -> String {
    let version = String(cString: OpenSSL_version(OPENSSL_VERSION)).split(separator: " ").prefix(2)
    return version.joined(separator: " ") + " (libcrypto)"
  }

  private func percent(_ share: Double) -> String { "\(Int((100 * share).rounded())) %" }

  private func gigabytes(_ bytes: Int) -> String { String(format: "%.1f GB", Double(bytes) / 1e9) }
}

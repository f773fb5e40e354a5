import CKernels
import Foundation
import Measuring

/// Something to time: what it is, how much work it is, how to run it, and how far its answer is from the truth.
protocol Kernel {
  var name: String { get }
  /// Floating-point operations; or bytes moved, where memory is the limit.
  var work: Work { get }
  func run()
  /// The largest error at a few places, as a share of the largest value there.
  func error() -> Double
  var precision: Precision { get }
}

extension Kernel {
  var precision: Precision { .float32 }
}

/// The numbers in which a kernel multiplies.
enum Precision: CaseIterable {
  case float32, int16

  /// Behind a kernel's name.
  var suffix: String { self == .int16 ? ", int16" : "" }

  /// The largest error that a right answer can have, see `Kernel.error`.
  var tolerance: Double { self == .int16 ? 1e-2 : 1e-5 }
}

enum Work {
  case operations(Int)
  case bytes(Int)
}

/// What was measured of one kernel, for the file of results.
private struct Measurement: Encodable {
  let kernel: String
  /// Of the time that counts: the smallest, see `Table`.
  let seconds: Double
  let medianSeconds: Double
  var gigaflops: Double?
  var percentOfPeak: Double?
  var gigabytesPerSecond: Double?
  /// The largest error at a few places, as a share of the values there.
  let error: Double
}

/// Prints a line for each kernel. Peak and kernel run on the same threads, one after the other, because a
/// machine's speed changes from minute to minute. With one thread, speed and share are those of the processor
/// time, so they hold on a machine that does other work beside; with several they are those of the smallest time.
struct Table {
  let words: [String]
  private var measurements: [Measurement] = []

  init(words: [String]) { self.words = words }

  /// Replaces the part `kernels` of a file of results.
  func write(to json: String) throws { try Results(path: json).replace("kernels", by: measurements) }

  func printHead() {
    let isa = String(cString: lw_isa_name(lw_isa_active()))
    print("\(isa), \(lw_thread_count()) threads, peak \(Self.rounded(lw_measure_peak(0.5))) GFLOP/s")
    print("| kernel | smallest ms | median ms | processor ms | GFLOP/s or GB/s | % of peak | error |")
    print("|---|---|---|---|---|---|---|")
  }

  mutating func time(_ kernel: @autoclosure () -> some Kernel) {
    let kernel = kernel()
    guard words.isEmpty || words.contains(where: kernel.name.contains) else { return }
    let peak = lw_measure_peak(0.03)
    kernel.run()
    let error = kernel.error()
    precondition(error < kernel.precision.tolerance, "\(kernel.name) gives wrong answers: error \(error)")
    var wall: [Double] = []
    var processor: [Double] = []
    while wall.count < 10 || (wall.reduce(0, +) < 0.3 && wall.count < 1000) {
      let before = Self.processorSeconds()
      wall.append(seconds { kernel.run() })
      processor.append((Self.processorSeconds() - before) / Double(lw_thread_count()))
    }
    let best = lw_thread_count() == 1 ? processor.min()! : wall.min()!
    var measurement = Measurement(
      kernel: kernel.name, seconds: best, medianSeconds: median(wall), error: error)
    switch kernel.work {
    case .operations(let count):
      measurement.gigaflops = Double(count) / best / 1e9
      measurement.percentOfPeak = Double(count) / best / 1e7 / peak
    case .bytes(let count): measurement.gigabytesPerSecond = Double(count) / best / 1e9
    }
    measurements.append(measurement)
    let cells = [
      kernel.name, Self.milliseconds(wall.min()!), Self.milliseconds(measurement.medianSeconds),
      lw_thread_count() == 1 ? Self.milliseconds(best) : "",
      Self.rounded(measurement.gigaflops ?? measurement.gigabytesPerSecond ?? 0),
      measurement.percentOfPeak.map(Self.rounded) ?? "", String(format: "%.0e", error),
    ]
    print("| " + cells.joined(separator: " | ") + " |")
    fflush(nil)
  }

  /// Of all threads of this process.
  private static func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }

  private static func milliseconds(_ seconds: Double) -> String { String(format: "%.3f", seconds * 1e3) }
  private static func rounded(_ value: Double) -> String { String(format: "%.1f", value) }
}

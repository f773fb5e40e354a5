import CKernels
import CKernelsReference
import Foundation
import Testing

/// The kernels against their references in double precision, and against themselves: every instruction set of this
/// machine, every number of threads must find the same bits. Instruction set and thread count belong to the whole
/// process, so these tests run one after the other.
@Suite(.serialized) struct KernelTests {}

/// Numbers that end where a forbidden page begins: reading or writing behind them stops the test run.
final class GuardedArray<Element: BitwiseCopyable> {
  let address: UnsafeMutablePointer<Element>
  let count: Int
  private let mapping: UnsafeMutableRawPointer
  private let mappedBytes: Int

  init(_ values: [Element], alignment: Int = MemoryLayout<Element>.stride) {
    let page = 4096
    let bytes = (values.count * MemoryLayout<Element>.stride + alignment - 1) / alignment * alignment
    mappedBytes = (bytes + page - 1) / page * page + page
    mapping = mmap(nil, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    mprotect(mapping + mappedBytes - page, page, PROT_NONE)
    address = (mapping + mappedBytes - page - bytes).assumingMemoryBound(to: Element.self)
    count = values.count
    address.update(from: values, count: count)
  }

  deinit { munmap(mapping, mappedBytes) }

  var values: [Element] { Array(UnsafeBufferPointer(start: address, count: count)) }
}

/// SplitMix64: the same numbers in every run.
struct TestNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func bits() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// Evenly from -1 to 1.
  mutating func next() -> Float { Float(bits() >> 40) / Float(1 << 23) - 1 }
  mutating func array(_ count: Int, scale: Float = 1, mean: Float = 0) -> [Float] {
    (0..<count).map { _ in mean + scale * next() }
  }
  mutating func integer(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(bits() % UInt64(range.count))
  }
}

let instructionSets = [LW_ISA_PORTABLE, LW_ISA_AVX2, LW_ISA_AVX512, LW_ISA_AVX512_VNNI].filter {
  $0.rawValue <= lw_isa_best().rawValue
}

/// What `run` gives with every instruction set, if that is the same; otherwise it reports the first difference.
@discardableResult
func sameBitsEverywhere(
  _ description: @autoclosure () -> String, sourceLocation: SourceLocation = #_sourceLocation,
  _ run: () -> [Float]
) -> [Float] {
  defer { lw_isa_select(lw_isa_best()) }
  lw_isa_select(LW_ISA_PORTABLE)
  let expected = run()
  for isa in instructionSets.dropFirst() {
    lw_isa_select(isa)
    expectSameBits(
      run(), expected, "\(String(cString: lw_isa_name(isa))): \(description())",
      sourceLocation: sourceLocation)
  }
  return expected
}

func expectSameBits(
  _ found: [Float], _ expected: [Float], _ description: @autoclosure () -> String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let difference = zip(found, expected).enumerated().first { $1.0.bitPattern != $1.1.bitPattern }
  if found.count == expected.count && difference == nil { return }
  Issue.record(
    "\(description()): first difference \(String(describing: difference))", sourceLocation: sourceLocation)
}

/// Root mean square of the difference, as a share of the expected values' own.
func relativeError(_ found: [Float], _ expected: [Double]) -> Double {
  precondition(found.count == expected.count)
  let square = zip(found, expected).reduce(0.0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
  return (square / max(expected.reduce(0) { $0 + $1 * $1 }, .leastNormalMagnitude)).squareRoot()
}

/// Results of many shapes and what they should be. They are judged together: a single small result can be nearly zero.
struct Comparison {
  private var found: [Float] = [], expected: [Double] = []

  mutating func add(_ found: [Float], _ expected: [Double]) {
    self.found += found
    self.expected += expected
  }

  var error: Double { relativeError(found, expected) }
}

/// What a reference writes: `count` numbers.
func reference(_ count: Int, _ write: (UnsafeMutablePointer<Double>) -> Void) -> [Double] {
  [Double](unsafeUninitializedCapacity: count) { buffer, written in
    buffer.update(repeating: .nan)
    write(buffer.baseAddress!)
    written = count
  }
}

/// A kernel's workspace in guarded memory. It holds NaN: its contents must not matter.
func withGuardedWorkspace(_ byteCount: Int, _ body: (lw_workspace) -> Void) {
  let memory = GuardedArray([Float](repeating: .nan, count: (byteCount + 3) / 4), alignment: 64)
  withExtendedLifetime(memory) { body(lw_workspace(memory: memory.address, bytes: byteCount)) }
}

/// Weights in the order of a checkpoint, as numbers and as packed panels.
struct PackedWeights {
  var weights: lw_weights
  /// [columns][channels][taps], rounded to the precision of the element.
  let values: [Double]
  let panels: GuardedArray<UInt8>

  init(
    _ numbers: inout TestNumbers, columns: Int, channels: Int, taps: Int = 1,
    element: lw_element = LW_FLOAT32,
    arithmetic: lw_arithmetic = LW_ARITHMETIC_FLOAT32, gated: Bool = false, scale: Float = 1
  ) {
    weights = lw_weights(
      panels: nil, element: element, arithmetic: arithmetic, columns: columns, taps: taps, channels: channels,
      gated: gated)
    let source = numbers.array(columns * channels * taps, scale: scale)
    panels = GuardedArray([UInt8](repeating: 0xff, count: lw_panels_bytes(&weights)), alignment: 64)
    switch element {
    case LW_FLOAT16:
      let halves = source.map(Float16.init)
      values = halves.map(Double.init)
      Self.pack(GuardedArray(halves), &weights, panels)
    case LW_BFLOAT16:
      let brains = source.map { UInt16($0.bitPattern >> 16) }
      values = brains.map { Double(Float(bitPattern: UInt32($0) << 16)) }
      Self.pack(GuardedArray(brains), &weights, panels)
    default:
      values = source.map(Double.init)
      Self.pack(GuardedArray(source), &weights, panels)
    }
    weights.panels = UnsafeRawPointer(panels.address)
  }

  private static func pack<Element>(
    _ source: GuardedArray<Element>, _ weights: inout lw_weights, _ panels: GuardedArray<UInt8>
  ) {
    withExtendedLifetime(source) { lw_pack_panels(&weights, panels.address, source.address) }
  }
}

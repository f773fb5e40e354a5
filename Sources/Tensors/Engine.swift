import CKernels

/// The processor side of the program: what it runs on and with how many threads.
public enum Engine {
  /// The instruction sets for which the kernels are compiled.
  public enum InstructionSet: String, Sendable, CaseIterable {
    case portable, avx2, avx512
    /// AVX-512 with the dot products of 16-bit integers of Ice Lake and Zen 4.
    case avx512vnni
  }

  /// The one in use: the processor's best, unless LATENTWALK_ISA names another.
  public static var instructionSet: InstructionSet {
    switch lw_isa_active() {
    case LW_ISA_AVX512_VNNI: .avx512vnni
    case LW_ISA_AVX512: .avx512
    case LW_ISA_AVX2: .avx2
    default: .portable
    }
  }

  /// The value of LATENTWALK_ISA if this machine has no such instruction set.
  public static var refusedInstructionSet: String? { lw_isa_refused().map { String(cString: $0) } }

  /// Whether the kernels were compiled with optimisation; without, they are some fifty times slower.
  public static var isOptimised: Bool { lw_kernels_optimised() }

  /// Threads that each operation uses. Results do not depend on it.
  public static var threadCount: Int { lw_thread_count() }

  /// - Parameter count: 1 ... 256; other numbers are brought into this range.
  public static func setThreadCount(_ count: Int) { lw_set_thread_count(max(1, count)) }

  /// Measured throughput of fused multiply-adds on all threads, in GFLOP/s.
  public static func measurePeak(seconds: Double) -> Double { lw_measure_peak(seconds) }
}

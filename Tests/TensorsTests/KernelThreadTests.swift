import CKernels
import Foundation
import Tensors
import Testing

extension KernelTests {
  @Suite struct Threads {
    @Test("each index is visited once", arguments: [1, 2, 3, 5, 16])
    func ranges(threads: Int) {
      let before = lw_thread_count()
      defer { lw_set_thread_count(before) }
      lw_set_thread_count(threads)
      #expect(lw_thread_count() == threads)
      for count in [0, 1, 2, 7, 100] {
        let visits = GuardedArray([Int](repeating: 0, count: count))
        lw_parallel(
          count,
          { context, begin, end in
            let visits = context!.assumingMemoryBound(to: Int.self)
            for i in begin..<end { visits[i] += 1 }
          }, visits.address)
        #expect(visits.values == [Int](repeating: 1, count: count))
      }
    }

    @Test("fewer than one thread are one, and more than the pool holds are as many as it holds")
    func unusualCounts() {
      let before = Engine.threadCount
      defer { Engine.setThreadCount(before) }
      for (count, expected) in [(0, 1), (-1, 1), (Int.min, 1), (Int.max, 256)] {
        Engine.setThreadCount(count)
        #expect(Engine.threadCount == expected)
      }
    }

    @Test("a workspace measured for one thread is enough when there are more by the time it is used")
    func smallWorkspace() {
      let before = lw_thread_count()
      defer { lw_set_thread_count(before) }
      lw_set_thread_count(5)
      var numbers = TestNumbers(seed: 16)
      for (size, direct) in [(8, false), (8, true), (40, false), (40, true)] {
        let convolution = Convolution(
          &numbers, batch: 3, height: size, width: size, channels: [64], columns: 48, direct: direct)
        expectSameBits(convolution.runWithWorkspaceOfOneThread(), convolution.run(), "\(size), \(direct)")
      }
    }

    @Test("several threads may call kernels at the same time")
    func concurrentCallers() async {
      await withTaskGroup(of: Bool.self) { group in
        for seed in 0..<8 {
          group.addTask {
            var numbers = TestNumbers(seed: UInt64(seed))
            let x = numbers.array(100_000)
            var y = x
            for _ in 0..<20 { lw_mix(&y, 1, x, 0, y, y.count) }
            return y == x
          }
        }
        for await right in group { #expect(right) }
      }
    }

    @Test("an instruction set that this machine lacks is refused")
    func refusedInstructionSet() {
      #expect(lw_isa_select(lw_isa(rawValue: 7)) == false)
      #expect(lw_isa_active() == lw_isa_best() || lw_isa_refused() == nil)
      for isa in instructionSets {
        #expect(lw_isa_select(isa))
        #expect(lw_isa_active() == isa)
      }
      lw_isa_select(lw_isa_best())
    }

    @Test("the measured peak is a number of GFLOP/s")
    func peak() {
      #expect(lw_measure_peak(0.01) > 0.1)
    }
  }
}

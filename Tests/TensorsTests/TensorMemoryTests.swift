import Foundation
import Tensors
import Testing

@Suite struct TensorMemoryTests {
  /// The kernel's files, as far as they are given.
  private final class FakeSystem {
    let root = NSTemporaryDirectory() + "latentwalk-\(UUID().uuidString)"

    init(_ files: KeyValuePairs<String, String>) throws {
      for (path, text) in files {
        let file = URL(filePath: root + path)
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
      }
    }

    deinit { _ = try? FileManager.default.removeItem(atPath: root) }

    var available: Int? { MemoryLimits(root: root).available }
  }

  private let meminfo = "MemTotal:       16000000 kB\nMemFree:  100 kB\nMemAvailable:    8000000 kB\n"

  @Test("without control groups, the machine's available memory counts")
  func machine() throws {
    #expect(try FakeSystem(["/proc/meminfo": meminfo]).available == 8_000_000 << 10)
    #expect(try FakeSystem([:]).available == nil)
    let unlimited = try FakeSystem([
      "/proc/meminfo": meminfo, "/proc/self/cgroup": "0::/user\n", "/sys/fs/cgroup/user/memory.max": "max\n",
      "/sys/fs/cgroup/user/memory.current": "5000\n",
    ])
    #expect(unlimited.available == 8_000_000 << 10)
  }

  @Test("the narrowest control group on the way to the root counts, without the files that are cached in it")
  func version2() throws {
    let system = try FakeSystem([
      "/proc/meminfo": meminfo, "/proc/self/cgroup": "0::/slice/job\n",
      "/sys/fs/cgroup/slice/job/memory.max": "max\n", "/sys/fs/cgroup/slice/job/memory.current": "300\n",
      "/sys/fs/cgroup/slice/memory.max": "4000000\n", "/sys/fs/cgroup/slice/memory.current": "1500000\n",
      "/sys/fs/cgroup/slice/memory.stat": "anon 7\ninactive_file 200000\nactive_file 100000\n",
    ])
    #expect(system.available == 4_000_000 - 1_200_000)
    let full = try FakeSystem([
      "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/memory.max": "1000\n",
      "/sys/fs/cgroup/memory.current": "1500\n",
    ])
    #expect(full.available == 0)
  }

  @Test("control groups of version 1 count, also inside a container that sees another path")
  func version1() throws {
    let system = try FakeSystem([
      "/proc/meminfo": meminfo, "/proc/self/cgroup": "5:cpu:/a\n4:memory,hugetlb:/docker/123\n",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "2000000\n",
      "/sys/fs/cgroup/memory/memory.usage_in_bytes": "700000\n",
      "/sys/fs/cgroup/memory/memory.stat": "total_inactive_file 50000\ntotal_active_file 50000\n",
    ])
    #expect(system.available == 2_000_000 - 600_000)
  }

  @Test("memory that is free in the allocator is available once")
  func freeMemory() throws {
    let system = try FakeSystem(["/proc/meminfo": "MemAvailable: 1024 kB\n"])
    let usage = TensorAllocator.Usage(
      inUse: 5, peak: 9, free: 3 << 20, freeAndResident: 1 << 20, unopened: 1 << 40)
    #expect(TensorMemory.available(usage, MemoryLimits(root: system.root)) == 2 << 20)
    let narrow = TensorAllocator.Usage(free: 100, freeAndResident: 50, unopened: 60)
    #expect(TensorMemory.available(narrow, MemoryLimits(root: system.root)) == 160)
  }

  @Test("a control group without a limit, which the kernel calls 2^63 less a page, adds up with free memory")
  func hugeLimit() throws {
    let system = try FakeSystem([
      "/proc/self/cgroup": "4:memory:/\n",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
      "/sys/fs/cgroup/memory/memory.usage_in_bytes": "0\n",
    ])
    let usage = TensorAllocator.Usage(free: 1 << 20, freeAndResident: 1 << 20, unopened: 1 << 40)
    #expect(TensorMemory.available(usage, MemoryLimits(root: system.root)) == (1 << 40) + (1 << 20))
  }

  @Test("reserving more than there is names both numbers and changes nothing")
  func sentence() throws {
    let error = #expect(throws: TensorMemoryError.self) { try TensorMemory.reserve(bytes: 1 << 60) }
    #expect(error?.needed == 1 << 60)
    #expect(try #require(error).available > 0)
    #expect(
      TensorMemoryError(needed: 5 << 30, available: 1 << 30).description
        == "This needs 5120 MB of memory, and 1024 MB are available. Choose a smaller size or batch, or end other programs."
    )
    try TensorMemory.reserve(bytes: 1 << 20)
  }

  @Test("under RLIMIT_AS a reservation either fails with what is available or holds")
  func addressLimit() async {
    await #expect(processExitsWith: .success) {
      limit(RLIMIT_AS, to: 2 << 30)
      guard (try? TensorMemory.reserve(bytes: 4 << 30)) == nil else { exit(2) }
      let available = TensorMemory.available
      guard available > 256 << 20, available < 2 << 30 else { exit(3) }
      guard (try? TensorMemory.reserve(bytes: available)) != nil else { exit(4) }
      let x = Tensor(shape: [available / 4 / 8], repeating: 1)
      let tensors = (0..<7).map { Float($0) * x }
      exit(tensors.count == 7 ? 0 : 5)
    }
  }

  @Test("under RLIMIT_DATA a reservation either fails with what is available or holds")
  func dataLimit() async {
    await #expect(processExitsWith: .success) {
      limit(RLIMIT_DATA, to: 1 << 30)
      guard (try? TensorMemory.reserve(bytes: 2 << 30)) == nil else { exit(2) }
      let available = TensorMemory.available
      guard available > 256 << 20, available < 1 << 30 else { exit(3) }
      guard (try? TensorMemory.reserve(bytes: available - 64 << 20)) != nil else { exit(4) }
      exit(0)
    }
  }

  @Test("arithmetic that was not reserved and finds no memory ends with a sentence")
  func noMemory() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      limit(RLIMIT_AS, to: 1 << 30)
      let x = Tensor(shape: [4 << 30], repeating: 1)
      exit(x.count > 0 ? 0 : 1)
    }
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(text.contains("There is no memory for 17179869184 bytes more"))
  }
}

/// Limits this process to `bytes` more than it has.
private func limit(_ resource: __rlimit_resource, to bytes: Int) {
  let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
  let field = resource == RLIMIT_AS ? 0 : 5
  let pages = text.split(separator: " ").dropFirst(field).first.flatMap { Int($0) } ?? 0
  var limit = rlimit(rlim_cur: rlim_t(pages * 4096 + bytes), rlim_max: rlim_t.max)
  guard setrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 else { exit(9) }
}

import Glibc

/// The memory that this process can still get, according to the kernel's files and resource limits.
package struct MemoryLimits {
  /// A prefix of the paths of the kernel's files; empty except in tests.
  private let root: String

  package init(root: String = "") { self.root = root }

  /// Bytes of memory that the machine and the control groups of this process can still give, without swapping; nil
  /// where neither says.
  package var available: Int? {
    (controlGroups + [machine].compactMap { $0 }).min().map { max(0, $0) }
  }

  /// Addresses that RLIMIT_AS leaves; nil without a limit.
  package var addresses: Int? { rest(of: RLIMIT_AS, field: 0) }

  /// Writable private memory that RLIMIT_DATA leaves; nil without a limit.
  package var data: Int? { rest(of: RLIMIT_DATA, field: 5) }

  private var machine: Int? { value("MemAvailable:", in: "/proc/meminfo").map { $0 << 10 } }

  /// What each control group leaves, from this process's own up to the root. Cached files count as used there, but are
  /// given up when memory is needed.
  private var controlGroups: [Int] {
    (text("/proc/self/cgroup") ?? "").split(separator: "\n").flatMap { line -> [Int] in
      // "0::/path" (version 2) or "9:memory:/path" (version 1)
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return [] }
      if fields[0] == "0", fields[1].isEmpty {
        return rests(
          "/sys/fs/cgroup", fields[2], limit: "memory.max", usage: "memory.current",
          files: ["inactive_file", "active_file"])
      }
      guard fields[1].split(separator: ",").contains("memory") else { return [] }
      return rests(
        "/sys/fs/cgroup/memory", fields[2], limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes",
        files: ["total_inactive_file", "total_active_file"])
    }
  }

  /// - Parameters:
  ///   - path: of the process's control group below `mount`. In a container, it may lie outside what is mounted there.
  ///   - files: the lines of `memory.stat` that count cached files.
  private func rests(
    _ mount: String, _ path: Substring, limit: String, usage: String, files: [String]
  ) -> [Int] {
    let names = path.split(separator: "/").map(String.init)
    return (0...names.count).compactMap { depth in
      let folder = ([mount] + names.prefix(depth)).joined(separator: "/")
      guard let limit = number("\(folder)/\(limit)"), let usage = number("\(folder)/\(usage)") else {
        return nil
      }
      let cached = files.compactMap { value($0, in: "\(folder)/memory.stat") }.reduce(0, +)
      return limit - max(0, usage - cached)
    }
  }

  /// - Parameter field: of `/proc/self/statm`, in pages: what counts against the limit.
  private func rest(of resource: __rlimit_resource, field: Int) -> Int? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0,
      let most = Int(exactly: limit.rlim_cur)
    else { return nil }
    let fields = (text("/proc/self/statm") ?? "").split(whereSeparator: \.isWhitespace)
    let pages = fields.indices.contains(field) ? Int(fields[field]) ?? 0 : 0
    return max(0, most - pages * Int(sysconf(Int32(_SC_PAGESIZE))))
  }

  /// The number behind a name at the beginning of a line.
  private func value(_ name: String, in path: String) -> Int? {
    for line in (text(path) ?? "").split(separator: "\n") {
      let fields = line.split(separator: " ")
      if fields.count > 1, fields[0] == name { return Int(fields[1]) }
    }
    return nil
  }

  private func number(_ path: String) -> Int? {
    text(path)?.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) }
  }

  private func text(_ path: String) -> String? {
    guard let file = fopen(root + path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}

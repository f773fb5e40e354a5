/// How long something takes, in seconds on the wall.
public func seconds(_ body: () throws -> Void) rethrows -> Double {
  let start = ContinuousClock.now
  try body()
  return (ContinuousClock.now - start) / .seconds(1)
}

/// The middle one of some times; of an even number, the later of the two in the middle.
public func median(_ times: [Double]) -> Double {
  precondition(!times.isEmpty, "A median needs at least one time.")
  return times.sorted()[times.count / 2]
}

/// ||found - expected|| / ||expected||, the measure in which the accuracy of a network is promised.
public func relativeL2(_ found: [Float], _ expected: [Float]) -> Double {
  precondition(found.count == expected.count, "\(found.count) and \(expected.count) values are no pair.")
  var (difference, size) = (0.0, 0.0)
  for (f, e) in zip(found, expected) {
    difference += (Double(f) - Double(e)) * (Double(f) - Double(e))
    size += Double(e) * Double(e)
  }
  return (difference / size).squareRoot()
}

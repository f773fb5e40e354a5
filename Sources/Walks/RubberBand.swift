/// The order in which frames are played there and back again, each end once: 0 1 2 3 play as 0 1 2 3 2 1.
public func rubberBand(frameCount: Int) -> [Int] {
  Array(0..<frameCount) + (1..<max(1, frameCount - 1)).reversed()
}

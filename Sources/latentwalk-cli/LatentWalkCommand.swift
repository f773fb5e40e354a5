@main struct LatentWalkCommand { static func main() {} }

// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "hello",
    platforms: [.macOS(.v12)],
    // An app elsewhere names the repository and a version instead.
    dependencies: [.package(name: "Tallystick", path: "../../ios")],
    targets: [
        .executableTarget(name: "hello", dependencies: [.product(name: "Tallystick", package: "Tallystick")])
    ]
)

/// Names of Gloo that c10d's ProcessGroupGloo.hpp mentions.
///
/// PyTorch's wheel holds Gloo itself and c10d's headers, but not the headers of Gloo that these include. Here are the declarations
/// alone: c10d only passes pointers to these types through, and this project neither makes nor looks into one.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace gloo {

class Context {
  public:
    void setTimeout(std::chrono::milliseconds timeout);
};

namespace rendezvous {

class Store {
  public:
    virtual ~Store() = default;
    virtual void set(const std::string &key, const std::vector<char> &value) = 0;
    virtual std::vector<char> get(const std::string &key) = 0;
    virtual void wait(const std::vector<std::string> &keys) = 0;
    virtual void wait(const std::vector<std::string> &keys, const std::chrono::milliseconds &timeout) = 0;
};

}  // namespace rendezvous

namespace transport {

class Device;
class UnboundBuffer;

}  // namespace transport
}  // namespace gloo

#pragma once

#include <xgrad/base/tensor_body.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace xgrad::detail {
/// The bodies of a record's variables while it runs again. Those that are computed are held here
/// until they are dropped; arguments and constants belong to somebody who keeps them as long.
class variable_values
{
public:
    void resize(std::size_t variables) { bodies_.resize(variables, nullptr); }

    tensor_body* operator[](std::uint32_t variable) const noexcept { return bodies_[variable]; }

    void borrow(std::uint32_t variable, tensor_body* body) noexcept { bodies_[variable] = body; }

    void hold(std::uint32_t variable, body_pointer body) noexcept
    {
        bodies_[variable] = body.give();
    }

    /// Of a variable that is held, or has been dropped already.
    void drop(std::uint32_t variable) noexcept
    {
        release(std::exchange(bodies_[variable], nullptr));
    }

private:
    std::vector<tensor_body*> bodies_;
};
} // namespace xgrad::detail

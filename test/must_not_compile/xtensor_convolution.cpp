// error: xgrad: xt::convolve has no derivative here
#include <xgrad/xgrad.hpp>

int main()
{
    xgrad::tensor const x = xgrad::constant({1., 2.});
    auto const y = xt::convolve(x, x, xt::convolve_mode::full());
}

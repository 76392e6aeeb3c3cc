def frame(request): return {}
def first_page(request): return "/"

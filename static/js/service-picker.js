/* A service is typed by any of its names: suggestions below the field, chosen by key or press. */
(() => {
  "use strict";

  const PAUSE = 150; // milliseconds after the last key

  for (const input of document.querySelectorAll("[data-service-picker]")) {
    const groups = input.parentElement.querySelector("[data-service-groups]");
    const list = document.createElement("ul");
    const news = document.createElement("p");
    let timer;
    let question;
    let active = -1;

    list.id = `${input.id}-options`;
    list.className = "suggestions";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.dataset.listName);
    news.className = "visually-hidden";
    news.setAttribute("role", "status");
    input.removeAttribute("list");
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", list.id);
    input.after(list, news);

    const close = () => {
      clearTimeout(timer);
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };

    const mark = (index) => {
      const options = [...list.children];
      active = (index + options.length) % options.length;
      options.forEach((option, place) => {
        option.setAttribute("aria-selected", String(place === active));
      });
      options[active].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", options[active].id);
    };

    const choose = (option) => {
      input.value = option.textContent;
      groups.textContent = option.dataset.groups;
      news.textContent = option.dataset.groups;
      close();
    };

    const show = (services) => {
      list.replaceChildren(
        ...services.map((service, place) => {
          const option = document.createElement("li");
          option.id = `${list.id}-${place}`;
          option.setAttribute("role", "option");
          option.setAttribute("aria-selected", "false");
          option.textContent = service.label;
          option.dataset.groups = service.groups;
          return option;
        }),
      );
      active = -1;
      input.removeAttribute("aria-activedescendant");
      list.hidden = services.length === 0;
      input.setAttribute("aria-expanded", String(services.length > 0));
      const { none, one, many } = input.dataset;
      news.textContent =
        services.length > 1 ? many.replace("{number}", services.length) : services.length ? one : none;
    };

    const ask = async () => {
      const typed = input.value.trim();
      question?.abort();
      if (!typed) {
        close();
        return;
      }
      question = new AbortController();
      const address = `${input.dataset.url}?q=${encodeURIComponent(typed)}`;
      try {
        const answer = await fetch(address, { signal: question.signal });
        if (answer.ok && document.activeElement === input) show((await answer.json()).services);
      } catch {
        close(); // without suggestions the name is typed in full, and the server finds it
      }
    };

    input.addEventListener("input", () => {
      groups.textContent = "";
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE);
    });

    input.addEventListener("keydown", (event) => {
      const isOpen = !list.hidden;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!isOpen) ask();
        else if (event.key === "ArrowDown") mark(active + 1);
        else mark(active < 0 ? -1 : active - 1);
      } else if (event.key === "Enter" && isOpen && active >= 0) {
        event.preventDefault();
        choose(list.children[active]);
      } else if (event.key === "Escape" && isOpen) {
        event.preventDefault();
        close();
      }
    });

    list.addEventListener("mousedown", (event) => event.preventDefault()); // keep the focus
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) choose(option);
    });
    input.addEventListener("blur", () => {
      question?.abort();
      close();
    });
  }
})();

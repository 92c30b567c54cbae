/** `<account-card name phone manager>`: the account manager's card. Its insides live in a shadow root, as in many CRMs. */
class AccountCard extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: 'open' });
    const style = new CSSStyleSheet();
    style.replaceSync(`
      :host { display: block; }
      section { border: 1px solid var(--line); border-radius: 10px; padding: 12px 14px; background: var(--panel); }
      h3 { margin: 0 0 6px; font: 600 12px var(--font); color: var(--quiet); }
      p { margin: 2px 0; font: 14px/1.5 var(--font); color: var(--ink); }
    `);
    root.adoptedStyleSheets = [style];
    const section = document.createElement('section');
    const title = document.createElement('h3');
    title.textContent = 'Account manager';
    const name = document.createElement('p');
    name.textContent = this.getAttribute('manager');
    const phone = document.createElement('p');
    phone.textContent = this.getAttribute('phone');
    section.append(title, name, phone);
    root.append(section);
  }
}

customElements.define('account-card', AccountCard);
